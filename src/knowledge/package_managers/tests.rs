//! The table as a whole, and commands of every manager.

use std::collections::HashSet;

use super::recognise::LONGEST_VERB;
use super::*;

/// Words of a command; `?` is a word that is not known.
fn words(command: &'static str) -> Vec<Option<&'static str>> {
    command.split_whitespace().map(|word| (word != "?").then_some(word)).collect()
}

fn read(command: &'static str) -> Invocation<'static> {
    recognise(&words(command)).unwrap_or_else(|| panic!("{command}"))
}

/// Action and operands of a command: `Install nginx curl`.
fn shown(command: &'static str) -> String {
    let invocation = read(command);
    let mut shown = format!("{} {:?}", invocation.manager.name, invocation.action);
    for operand in &invocation.operands {
        shown.push(' ');
        shown.push_str(operand.text.map_or("?", |_| operand.name));
    }
    shown
}

#[test]
fn commands_are_told_apart_by_what_they_do() {
    for (command, expected) in [
        ("apt-get update", "apt-get UpdateLists"),
        ("/usr/bin/apt-get -o Acquire::Retries=3 -y install --no-install-recommends curl", "apt-get Install curl"),
        ("apt-get -yqq -t bookworm install curl=1 ./x.deb", "apt-get Install curl ./x.deb"),
        ("apt-get ? install ?", "apt-get Install ? ?"),
        ("apt-get install -- -odd", "apt-get Install -odd"),
        ("apt-get dist-upgrade -y", "apt-get Upgrade"),
        ("apt-get -y purge --auto-remove gcc", "apt-get Remove gcc"),
        ("apt-get clean", "apt-get Clean"),
        ("apt full-upgrade", "apt Upgrade"),
        ("apt -y install curl", "apt Install curl"),
        ("aptitude -t stable install curl", "aptitude Install curl"),
        ("aptitude update", "aptitude UpdateLists"),
        ("apk -U add --virtual .deps gcc", "apk Install gcc"),
        ("apk --update --no-cache -X http://x/edge add curl@edge", "apk Install curl"),
        ("apk update", "apk UpdateLists"),
        ("apk cache clean", "apk Clean"),
        ("yum -y --enablerepo epel install nginx-1.2-3", "yum Install nginx"),
        ("yum groupinstall -y Tools", "yum Install Tools"),
        ("yum clean all", "yum Clean"),
        ("yum makecache", "yum UpdateLists"),
        ("dnf -y module install nodejs:18", "dnf Install nodejs"),
        ("dnf clean all -y", "dnf Clean"),
        ("dnf makecache", "dnf UpdateLists"),
        ("microdnf install -y curl", "microdnf Install curl"),
        ("microdnf update", "microdnf Upgrade"),
        ("zypper --non-interactive in -r repo curl", "zypper Install curl"),
        ("zypper ref", "zypper UpdateLists"),
        ("zypper cc -a", "zypper Clean"),
        ("pacman -Sy", "pacman UpdateLists"),
        ("pacman -Syu --noconfirm", "pacman Upgrade"),
        ("pacman --noconfirm -Syu git", "pacman Install git"),
        ("pacman -S --noconfirm git", "pacman Install git"),
        ("pacman -Scc --noconfirm", "pacman Clean"),
        ("pacman -Rns gcc", "pacman Remove gcc"),
        ("pip install flask==2", "pip Install flask"),
        ("pip3.11 --proxy http://p install -U flask", "pip Install flask"),
        ("python3 -m pip install -r requirements.txt", "pip InstallProject requirements.txt"),
        ("python3.11 -Im pip install .", "pip InstallProject ."),
        ("python -X utf8 -m pip install -e .[dev]", "pip InstallProject .[dev]"),
        ("pip install -r a.txt flask", "pip Install a.txt flask"),
        ("pip cache purge", "pip Clean"),
        ("pipx install black", "pipx Install black"),
        ("uv pip install --system -r r.txt", "uv InstallProject r.txt"),
        ("uv --directory d sync --frozen", "uv InstallProject"),
        ("uv tool install ruff@0.4", "uv Install ruff"),
        ("uv cache clean", "uv Clean"),
        ("uv run app.py --yes", "uv Run app.py --yes"),
        ("poetry install --no-root", "poetry InstallProject"),
        ("poetry -C d add flask@^2", "poetry Install flask"),
        ("poetry cache clear --all .", "poetry Clean ."),
        ("pipenv install --deploy", "pipenv InstallProject"),
        ("pipenv install flask", "pipenv Install flask"),
        ("conda install -n env -y numpy=1", "conda Install numpy"),
        ("mamba env create -f environment.yml", "conda InstallProject environment.yml"),
        ("conda clean -afy", "conda Clean"),
        ("npm install", "npm InstallProject"),
        ("npm --prefix d ci", "npm InstallProject"),
        ("npm i -g --unsafe-perm true typescript@5", "npm Install typescript"),
        ("npm run build -- --prod", "npm Build build --prod"),
        ("npm cache clean --force", "npm Clean"),
        ("npx -y create-app x", "npx Run create-app x"),
        ("yarn", "yarn InstallProject"),
        ("yarn --frozen-lockfile", "yarn InstallProject"),
        ("corepack yarn install --immutable", "yarn InstallProject"),
        ("yarn global add serve", "yarn Install serve"),
        ("yarn lint", "yarn Build lint"),
        ("yarn cache clean", "yarn Clean"),
        ("yarn --version", "yarn Other"),
        ("pnpm -r install --frozen-lockfile", "pnpm InstallProject"),
        ("pnpm --filter web add left-pad", "pnpm Install left-pad"),
        ("pnpm store prune", "pnpm Clean"),
        ("bun install", "bun InstallProject"),
        ("bun add hono", "bun Install hono"),
        ("deno cache main.ts", "deno InstallProject main.ts"),
        ("gem install rails -v 7", "gem Install rails"),
        ("gem update --system", "gem Upgrade"),
        ("bundle", "bundle InstallProject"),
        ("bundle install -j 4 --retry 3", "bundle InstallProject"),
        ("bundle exec rake -x", "bundle Run rake -x"),
        ("php -d memory_limit=-1 composer.phar install", "composer InstallProject"),
        ("composer global require a/b:^1", "composer Install a/b"),
        ("composer clear-cache", "composer Clean"),
        ("cargo fetch --locked", "cargo InstallProject"),
        ("cargo install ripgrep --version 14", "cargo Install ripgrep"),
        ("cargo install --path .", "cargo Build ."),
        ("cargo build --release", "cargo Build"),
        ("go -C d mod download", "go InstallProject"),
        ("go install example.com/x@v1", "go Install example.com/x"),
        ("go install ./...", "go Build ./..."),
        ("go build -ldflags -s -o /app .", "go Build ."),
        ("go clean -modcache", "go Clean"),
        ("./mvnw -B dependency:go-offline", "mvn InstallProject"),
        ("mvn -f d/pom.xml clean package -DskipTests", "mvn Build"),
        ("mvn clean", "mvn Other"),
        ("./gradlew --no-daemon build -x test", "gradle Build"),
        ("gradle dependencies", "gradle InstallProject"),
        ("dotnet restore app.csproj", "dotnet InstallProject app.csproj"),
        ("dotnet publish -c Release -o /out", "dotnet Build"),
        ("dotnet tool install -g dotnet-ef --version 8.0", "dotnet Install dotnet-ef"),
        ("mix deps.get --only prod", "mix InstallProject"),
        ("mix local.hex --force", "mix Install"),
        ("cabal update", "cabal UpdateLists"),
        ("cabal build --only-dependencies", "cabal InstallProject"),
        ("stack build --only-dependencies", "stack InstallProject"),
        ("pecl install xdebug-3.1", "pecl Install xdebug"),
        ("pear install Mail", "pear Install Mail"),
        ("cpan Moose", "cpan Install Moose"),
        ("cpanm --notest Moose@2", "cpanm Install Moose"),
        ("cpanm --installdeps .", "cpanm InstallProject ."),
        ("opam install -y dune", "opam Install dune"),
        ("luarocks install lpeg", "luarocks Install lpeg"),
        ("npm frobnicate x", "npm Other x"),
        ("apt-get", "apt-get Other"),
    ] {
        assert_eq!(shown(command), expected, "{command}");
    }
}

#[test]
fn what_is_no_package_manager_is_not_recognised() {
    for command in [
        "",
        "?",
        "? install x",
        "aptx install",
        "python -c pip",
        "python",
        "python -m http.server",
        "php -v",
        "corepack enable",
        "pipenvx install",
        "/",
        "python -m",
    ] {
        assert!(recognise(&words(command)).is_none(), "{command}");
    }
}

#[test]
fn every_spelling_of_a_switch_counts() {
    for (command, answers) in [
        ("apt-get install -y x", true),
        ("apt-get -yqq install x", true),
        ("apt-get install -qq x", true),
        ("apt-get install -q -q x", true),
        ("apt-get install -q=2 x", true),
        ("apt-get install -o APT::Get::Assume-Yes=true x", true),
        ("apt-get install --assume-yes x", true),
        ("apt-get install --yes=false x", false),
        ("apt-get install -q x", false),
        ("apt-get install x", false),
        ("apt-get update", true),
        ("aptitude install -qq x", false),
        ("yum install x", false),
        ("dnf --setopt=assumeyes=1 install x", true),
        ("zypper -n in x", true),
        ("zypper in -y x", true),
        ("zypper in x", false),
        ("pacman -S --noconfirm x", true),
        ("pacman -S x", false),
        ("conda install x", false),
        ("apk add x", true),
    ] {
        assert_eq!(read(command).answers_prompts(), answers, "{command}");
    }
    for (command, skips) in [
        ("apt-get install --no-install-recommends x", true),
        ("apt-get install -o APT::Install-Recommends=0 x", true),
        ("apt-get install -oAPT::Install-Recommends=False x", true),
        ("apt-get install -o APT::Install-Suggests=0 x", false),
        ("dnf install --setopt=install_weak_deps=False x", true),
        ("dnf install --setopt install_weak_deps=0 x", true),
        ("dnf install x", false),
        ("zypper in --no-recommends x", true),
        ("apk add x", true),
    ] {
        assert_eq!(read(command).skips_recommends(), skips, "{command}");
    }
    for (command, skips) in [
        ("apk add --no-cache x", true),
        ("apk --no-cache add x", true),
        ("apk add x", false),
        ("pip --no-cache-dir install x", true),
        ("pip install x", false),
        ("npm ci", false),
    ] {
        assert_eq!(read(command).skips_cache(), skips, "{command}");
    }
    let switch = find("pip3").and_then(|pip| pip.no_cache.as_ref()).unwrap();
    assert!(switch.is_on_by("PIP_NO_CACHE_DIR", "On") && !switch.is_on_by("PIP_NO_CACHE_DIR", "maybe"));
}

#[test]
fn a_flag_goes_after_the_verb_wherever_the_verb_stands() {
    for (command, tool, verb) in [
        ("apt-get -o A=b install x", 0, 3),
        ("python -m pip install x", 2, 3),
        ("uv pip --quiet install x", 0, 3),
        ("yarn", 0, 0),
        ("pacman --noconfirm -S x", 0, 2),
    ] {
        let invocation = read(command);
        assert_eq!(invocation.insert_after(Place::AfterTool), tool, "{command}");
        assert_eq!(invocation.insert_after(Place::AfterVerb), verb, "{command}");
    }
}

#[test]
fn further_questions_are_answered() {
    assert!(read("npm clean-install").respects_lock() && !read("npm install").respects_lock());
    assert!(read("yarn install --immutable").respects_lock());
    assert!(read("npm ci").runs_project_scripts() && !read("npm ci --ignore-scripts").runs_project_scripts());
    assert_eq!(read("npm --prefix d ci").directory().and_then(|flag| flag.text()), Some("d"));
    assert_eq!(read("dnf --nogpgcheck install x").unverified().map(|flag| flag.word), Some(1));
    assert!(read("dnf install x").unverified().is_none());
    assert!(!read("apt-get install ?").all_static);
    let gem = read("gem install rails -v 7");
    assert_eq!(gem.operands[0].version, Some(Version { operator: "", text: "7" }));
}

#[test]
fn a_cache_is_emptied_by_its_manager_or_by_removing_it() {
    use CacheKind::{Lists, Packages};
    for (manager, command, kinds) in [
        ("apt-get", "rm -rf /var/lib/apt/lists/*", &[Lists][..]),
        ("apt-get", "rm -r -f /tmp/x /var/lib/apt/lists", &[Lists]),
        ("apt-get", "rm /var/lib/apt/lists/*_*", &[Lists]),
        ("apt-get", "rm -rf /var/lib/apt /var/cache/apt/", &[Lists, Packages]),
        ("apt-get", "find /var/lib/apt/lists -type f -delete", &[Lists]),
        ("apt-get", "apt clean", &[Packages]),
        ("apt-get", "rm -rf /var/lib/apt/lists2", &[]),
        ("apt-get", "rm -rf /tmp/x", &[]),
        ("apt-get", "rm -rf ?", &[]),
        ("apt-get", "rm -rf /", &[]),
        ("yum", "dnf clean all", &[Lists, Packages]),
        ("yum", "yum clean", &[]),
        ("npm", "npm cache clean --force", &[Packages]),
        ("npm", "rm -rf ~/.npm", &[Packages]),
        ("npm", "rm -rf /root/.npm/*", &[Packages]),
        ("npm", "rm -rf /home/me/.npm", &[]),
    ] {
        let manager = find(manager).unwrap();
        assert_eq!(
            manager.caches_cleaned_by(&words(command), recognise(&words(command)).as_ref(), "/root", |_| None),
            kinds,
            "{command}"
        );
    }
    let cargo = find("cargo").unwrap().caches[0];
    assert_eq!(cargo.directory("/root/", |_| None), "/root/.cargo/registry");
    let moved = |name: &str| (name == "CARGO_HOME").then(|| "/usr/local/cargo".to_owned());
    assert_eq!(cargo.directory("/root", moved), "/usr/local/cargo/registry");
    let yarn = find("yarn").unwrap().caches[0];
    assert_eq!(yarn.directory("/root", |_| None), "/usr/local/share/.cache/yarn");
    assert_eq!(yarn.directory("/home/me", |_| None), "/home/me/.cache/yarn");
}

#[test]
fn names_and_verbs_do_not_repeat() {
    let mut names = HashSet::new();
    for manager in all() {
        for name in std::iter::once(&manager.name).chain(manager.aliases) {
            assert!(names.insert(*name), "{name}");
        }
        let mut spellings = HashSet::new();
        for spelling in manager.verbs.iter().flat_map(|verb| verb.spellings) {
            assert!(spellings.insert(*spelling), "{} {spelling}", manager.name);
            assert!(spelling.split(' ').count() <= LONGEST_VERB);
        }
    }
}

#[test]
fn the_fields_of_a_row_fit_together() {
    for manager in all() {
        let name = manager.name;
        let actions: HashSet<Action> =
            manager.verbs.iter().flat_map(|verb| [Some(verb.action), verb.on_project]).flatten().collect();
        assert!(manager.caches.is_empty() == manager.clean.is_none(), "{name}: caches are there to be emptied");
        let switches = [&manager.no_prompt, &manager.no_recommends, &manager.no_cache, &manager.keeps];
        for switch in switches.into_iter().flatten() {
            assert!(!switch.actions.is_empty() && !switch.spellings.is_empty(), "{name}");
            let inserted: &'static str = switch.insert;
            let command = vec![Some(name), Some("x"), Some(inserted)];
            let invocation = recognise(&command).unwrap();
            assert!(switch.is_on(&invocation.flags), "{name}: {inserted} does not turn on what it should");
        }
        for names in manager.options.iter().chain(manager.verbs.iter().flat_map(|verb| verb.options)) {
            assert!(names.names.split(' ').all(|option| option.starts_with('-') && option.len() > 1), "{name}");
        }
        if manager.is_system() {
            assert!(actions.contains(&Action::Install) && actions.contains(&Action::UpdateLists), "{name}");
        }
        if let Some(locked) = &manager.locked {
            let invocation = recognise(&words(locked.command)).unwrap();
            assert!(invocation.respects_lock(), "{name}: {}", locked.command);
            assert!(!manager.project.locks.is_empty(), "{name}");
        }
        if actions.contains(&Action::InstallProject) {
            assert!(!manager.project.manifests.is_empty(), "{name}: reads a project but no manifest");
        }
        if let Some(clean) = manager.clean.filter(|clean| !clean.contains("$(")) {
            let cleaned =
                manager.caches_cleaned_by(&words(clean), recognise(&words(clean)).as_ref(), "/root", |_| None);
            let left = manager.caches.iter().filter(|cache| cache.stays && !cleaned.contains(&cache.kind));
            assert!(clean.contains('$') || left.count() == 0, "{name}: {clean} leaves a cache");
        }
    }
}

#[test]
fn hostile_words_do_no_harm() {
    let long = "-".repeat(100_000);
    recognise(&[Some("apt-get"), Some(&long), Some("install"), Some("é-1"), Some("=")]);
    let many: Vec<_> = std::iter::once(Some("mvn")).chain(std::iter::repeat_n(Some("x"), 20_000)).collect();
    assert_eq!(recognise(&many).unwrap().operands.len(), 20_000);
    for manager in all() {
        for word in ["", "-", "--", "@", "=", "a@", "[", ";", "git+", "://", "-é=", "..", "é:é@é"] {
            recognise(&[Some(manager.name), Some(word), Some("install"), Some(word), None]);
            manager.operand(0, Some(word));
        }
    }
}
