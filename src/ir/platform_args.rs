//! Platforms, and the build arguments that BuildKit knows without an `ARG`.

/// A platform as containerd normalizes it: `aarch64` is `arm64`, `arm` is `arm/v7`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Platform {
    /// `linux`, `windows`.
    pub os: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
    /// `v7`; often empty.
    pub variant: String,
}

/// Why text is no platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformError {
    /// Not one to three parts of letters, digits, `_`, `.` and `-`, with `/` between them.
    Malformed,
    /// A single part that is neither an operating system nor an architecture.
    Unknown,
}

impl std::fmt::Display for PlatformError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it must read `os/architecture` or `os/architecture/variant`",
            Self::Unknown => "it is neither an operating system nor an architecture",
        })
    }
}

impl Platform {
    /// What dfx takes for the builder and for the target where nothing names them: `linux/amd64`.
    pub fn assumed() -> Self {
        Self { os: "linux".to_owned(), architecture: "amd64".to_owned(), variant: String::new() }
    }

    /// Reads the value of `FROM --platform`, as containerd's `platforms.Parse` and then `Normalize` do. As there, two
    /// or three parts need not be known names; what a single part leaves open is taken from [`Platform::assumed`].
    pub fn parse(text: &str) -> Result<Self, PlatformError> {
        let parts: Vec<&str> = text.split('/').collect();
        // Windows may carry its version: `windows(10.0.17763)/amd64`.
        let os = parts.first().map_or("", |part| without_version(part));
        if !is_part(os) || !parts.iter().skip(1).all(|part| is_part(part)) {
            return Err(PlatformError::Malformed);
        }
        match parts[..] {
            [_] => Self::of_single_part(os),
            [_, architecture] => Ok(Self::normalized(os, architecture, "")),
            [_, architecture, variant] => Ok(Self::normalized(os, architecture, variant)),
            _ => Err(PlatformError::Malformed),
        }
    }

    fn of_single_part(part: &str) -> Result<Self, PlatformError> {
        let assumed = Self::assumed();
        let as_os = Self::normalized(part, &assumed.architecture, "");
        if OPERATING_SYSTEMS.contains(&as_os.os.as_str()) {
            return Ok(as_os);
        }
        let as_architecture = Self::normalized(&assumed.os, part, "");
        let is_known = ARCHITECTURES.contains(&as_architecture.architecture.as_str());
        if is_known { Ok(as_architecture) } else { Err(PlatformError::Unknown) }
    }

    fn normalized(os: &str, architecture: &str, variant: &str) -> Self {
        let os = os.to_ascii_lowercase();
        let os = if os == "macos" { "darwin".to_owned() } else { os };
        let (architecture, variant) = (architecture.to_ascii_lowercase(), variant.to_ascii_lowercase());
        let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
            ("i386", _) => ("386", ""),
            ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
            ("x86_64" | "x86-64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
            ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
            ("aarch64", variant) => ("arm64", variant),
            ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
            ("armel", _) | ("arm", "6") => ("arm", "v6"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "8") => ("arm", "v8"),
            same => same,
        };
        Self { os, architecture: architecture.to_owned(), variant: variant.to_owned() }
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(f, "/{}", self.variant) }
    }
}

fn without_version(os: &str) -> &str {
    os.strip_suffix(')').and_then(|os| os.split_once('(')).map_or(os, |(os, _)| os)
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

const OPERATING_SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

const ARCHITECTURES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// A build argument that BuildKit knows without an `ARG`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PredefinedArg {
    /// A proxy setting: each RUN has it in its environment when it is given, and it is no part of the cache key.
    Proxy,
    /// Has a value before the first FROM; a stage that wants it says `ARG` without a default.
    Platform,
    /// Steers BuildKit itself.
    Builder,
}

impl PredefinedArg {
    /// The predefined argument called `name`. Proxy names count in upper or lower case, the others as written.
    pub fn named(name: &str) -> Option<Self> {
        if PROXIES.contains(&name.to_ascii_uppercase().as_str()) {
            return Some(Self::Proxy);
        }
        if platform_arg(name, &Platform::assumed(), &Platform::assumed(), "").is_some() {
            return Some(Self::Platform);
        }
        BUILDER_ARGS.contains(&name).then_some(Self::Builder)
    }
}

const PROXIES: &[&str] = &["ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];

/// Those of the Dockerfile reference, "BuildKit built-in build args".
const BUILDER_ARGS: &[&str] = &[
    "BUILDKIT_BUILD_NAME",
    "BUILDKIT_CACHE_MOUNT_NS",
    "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
    "BUILDKIT_DOCKERFILE_CHECK",
    "BUILDKIT_HISTORY_PROVENANCE_V1",
    "BUILDKIT_INLINE_CACHE",
    "BUILDKIT_MULTI_PLATFORM",
    "BUILDKIT_SANDBOX_HOSTNAME",
    "BUILDKIT_SBOM_SCAN_CONTEXT",
    "BUILDKIT_SBOM_SCAN_STAGE",
    "BUILDKIT_SYNTAX",
    "SOURCE_DATE_EPOCH",
];

/// The value of a platform argument. `target_stage` is the stage given to `--target`; without one, it is called
/// `default`.
pub fn platform_arg(name: &str, build: &Platform, target: &Platform, target_stage: &str) -> Option<String> {
    let (platform, what) = match name.strip_prefix("BUILD") {
        Some(what) => (build, what),
        None => (target, name.strip_prefix("TARGET")?),
    };
    match what {
        "PLATFORM" => Some(platform.to_string()),
        "OS" => Some(platform.os.clone()),
        "ARCH" => Some(platform.architecture.clone()),
        "VARIANT" => Some(platform.variant.clone()),
        "OSVERSION" => Some(String::new()),
        "STAGE" if name == "TARGETSTAGE" => {
            Some(if target_stage.is_empty() { "default" } else { target_stage }.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_normalized() {
        let cases = [
            ("linux/amd64", "linux/amd64"),
            ("linux/x86_64", "linux/amd64"),
            ("Linux/AMD64/v1", "linux/amd64"),
            ("linux/amd64/v3", "linux/amd64/v3"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/arm/6", "linux/arm/v6"),
            ("linux/armhf", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("linux/i386", "linux/386"),
            ("arm64", "linux/arm64"),
            ("windows", "windows/amd64"),
            ("macos/arm64", "darwin/arm64"),
            ("windows(10.0.17763)/amd64", "windows/amd64"),
        ];
        for (text, expected) in cases {
            assert_eq!(Platform::parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_platform() {
        for text in ["", "/", "linux/", "linux/*", "a/b/c/d", "$TARGET", "linux amd64"] {
            assert_eq!(Platform::parse(text), Err(PlatformError::Malformed), "{text:?}");
        }
        assert_eq!(Platform::parse("alpine"), Err(PlatformError::Unknown));
    }

    #[test]
    fn predefined_arguments_have_kinds_and_platform_arguments_values() {
        assert_eq!(PredefinedArg::named("http_proxy"), Some(PredefinedArg::Proxy));
        assert_eq!(PredefinedArg::named("TARGETARCH"), Some(PredefinedArg::Platform));
        assert_eq!(PredefinedArg::named("SOURCE_DATE_EPOCH"), Some(PredefinedArg::Builder));
        assert_eq!(PredefinedArg::named("BUILDSTAGE"), None);
        assert_eq!(PredefinedArg::named("VERSION"), None);
        let arm = Platform::parse("linux/arm/v7").unwrap();
        let value = |name| platform_arg(name, &Platform::assumed(), &arm, "");
        assert_eq!(value("TARGETPLATFORM").as_deref(), Some("linux/arm/v7"));
        assert_eq!(value("BUILDPLATFORM").as_deref(), Some("linux/amd64"));
        assert_eq!(value("TARGETVARIANT").as_deref(), Some("v7"));
        assert_eq!(value("TARGETSTAGE").as_deref(), Some("default"));
    }
}
