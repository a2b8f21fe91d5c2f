//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    dfx::cli::main()
}
