//! Programs of .NET, before and after.

use super::super::testing::*;
use super::*;

const APP: &str =
    "FROM mcr.microsoft.com/dotnet/sdk:6.0\nWORKDIR /app\nCOPY . .\nRUN dotnet publish -c Release -o out\n";
const URLS: &str = "ENV ASPNETCORE_URLS=http://+:8080\n";

#[test]
fn what_is_published_runs_on_the_image_without_the_kit() {
    let web = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"></Project>";
    let files = [("A.csproj", web), ("Program.cs", ""), ("wwwroot/a.css", ""), ("appsettings.json", "")];
    let (after, assumptions) = split_with(&format!("{APP}{URLS}CMD dotnet out/A.dll\n"), Some(&files));
    let expected = "FROM mcr.microsoft.com/dotnet/aspnet:6.0\nWORKDIR /app\nCOPY --from=build /app/out /app/out\n\
                    COPY --from=build /app/appsettings.json /app/appsettings.json\n\
                    COPY --from=build /app/wwwroot /app/wwwroot\nENV ASPNETCORE_URLS=http://+:8080\nCMD dotnet out/A.dll\n";
    assert_eq!(after.split_once("\n\n").unwrap().1, expected);
    assert_eq!(assumptions, []);
}

#[test]
fn a_program_that_serves_nothing_runs_on_the_plain_runtime() {
    let files = [("A.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>"), ("Program.cs", "Process.Start(x);")];
    let text = format!(
        "{}ENTRYPOINT [\"dotnet\", \"bin/Release/net8.0/publish/A.dll\"]\n",
        APP.replace("6.0", "8.0.100-alpine")
    )
    .replace(" -o out", "");
    let (after, assumptions) = split_with(&text, Some(&files));
    let stage = after.split_once("\n\nFROM ").unwrap().1;
    let folder = "/app/bin/Release/net8.0/publish";
    let head =
        format!("mcr.microsoft.com/dotnet/runtime:8.0-alpine\nWORKDIR /app\nCOPY --from=build {folder} {folder}\n");
    assert!(stage.starts_with(&head), "{stage}");
    assert_eq!(assumptions, [Assumption::NeedsNoCultures, Assumption::StartsNoProgram("Program.cs".to_owned())]);
}

#[test]
fn the_port_of_the_smaller_image_is_for_the_user_to_know() {
    let (_, assumptions) = split_with(&format!("{APP}CMD [\"dotnet\", \"out/A.dll\"]\n"), None);
    assert!(assumptions.contains(&Assumption::SetsItsPort));
    let (_, assumptions) =
        split_with(&format!("{APP}CMD [\"dotnet\", \"out/A.dll\", \"--urls\", \"http://+:1\"]\n"), None);
    assert!(!assumptions.contains(&Assumption::SetsItsPort));
}

#[test]
fn what_is_not_published_is_refused() {
    assert_eq!(refusal(&format!("{APP}CMD dotnet run\n")), Refusal::BuildToolAtStart("dotnet".to_owned()));
    assert_eq!(refusal(&format!("{APP}CMD dotnet /x/A.dll\n")), Refusal::NotBuilt("/x/A.dll".to_owned()));
}

#[test]
fn a_program_that_brings_its_runtime_needs_only_libraries() {
    let publish = "publish -c Release -r linux-x64 --self-contained true -o out";
    let text = format!(
        "{}{URLS}ENTRYPOINT [\"./out/A\"]\n",
        APP.replace("publish -c Release -o out", publish).replace("6.0", "8.0")
    );
    assert!(new_stage(&text, None).starts_with("mcr.microsoft.com/dotnet/runtime-deps:8.0\n"));
    let by_host = text.replace("\"./out/A\"", "\"dotnet\", \"out/A.dll\"");
    assert!(new_stage(&by_host, None).starts_with("mcr.microsoft.com/dotnet/aspnet:8.0\n"));
    let without = text.replace("--self-contained true", "--self-contained false");
    assert!(new_stage(&without, None).starts_with("mcr.microsoft.com/dotnet/aspnet:8.0\n"));
}

#[test]
fn databases_and_certificates_that_commands_of_dotnet_make_are_not_lost() {
    for run in
        ["dotnet ef database update", "dotnet dev-certs https", "dotnet run --project seed", "dotnet out/Seed.dll"]
    {
        let text = format!("{APP}RUN {run}\nCMD [\"dotnet\", \"out/A.dll\"]\n");
        assert_eq!(refusal(&text), Refusal::UnknownCommand("dotnet".to_owned()), "{run}");
    }
}

#[test]
fn a_program_made_for_one_c_library_is_not_put_on_another() {
    let with = |tag: &str| {
        outcome(&format!("{}CMD dotnet out/A.dll\n", APP.replace("6.0", tag)), None).unwrap().map(|(after, _)| after)
    };
    let same = "\n\nFROM mcr.microsoft.com/dotnet/aspnet:8.0-alpine\n";
    assert!(with("8.0-alpine").unwrap().contains(same));
    // There is no image of ASP.NET Core of that name; what is left stands on Ubuntu.
    assert_eq!(with("10.0-alpine-aot"), Err(Refusal::UnknownDistribution("alpine".to_owned())));
}
