//! Arguments in, exit code out.

/// A run is many small values that live as long as one file; mimalloc gives and takes those for a third of what the
/// system's allocator asks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    dfx::cli::main()
}
