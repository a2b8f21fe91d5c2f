# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
RUN if not exist C:\tools mkdir C:\tools
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue';"]
ENV TOOL_VERSION=1.2.3
RUN $url = ('https://dl.example.com/tool-{0}.zip' -f $env:TOOL_VERSION); `
    # a comment inside
    Invoke-WebRequest $url -OutFile C:\tool.zip; `
    Expand-Archive C:\tool.zip -DestinationPath 'C:\Program Files\tool'; `
    Remove-Item C:\tool.zip
SHELL ["cmd", "/S", "/C"]
WORKDIR "C:\Program Files\tool"
USER ContainerUser
CMD tool.exe %TOOL_VERSION%
