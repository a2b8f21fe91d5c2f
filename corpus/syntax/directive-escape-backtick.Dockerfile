# escape=`
FROM mcr.microsoft.com/windows/nanoserver:ltsc2022
WORKDIR C:\shop
COPY shop.exe settings.json C:\shop\
RUN mkdir C:\shop\logs && `
    mkdir C:\shop\cache\
CMD ["C:\\shop\\shop.exe", "--quote=`"]
