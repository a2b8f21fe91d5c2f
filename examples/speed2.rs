use dfx::{
    ir::{Build, Commands},
    source::SourceFile,
    syntax::parse,
};
fn main() {
    let mut files = vec![];
    for e in std::fs::read_dir("/work/shared/corpus/files").unwrap() {
        files.push(std::fs::read(e.unwrap().path()).unwrap());
    }
    files.truncate(400);
    let mut n = 0;
    for f in &files {
        let p = parse(SourceFile::new("x", f.clone()));
        let b = Build::new(&p);
        n += Commands::new(&b).all().len();
    }
    println!("{n}");
}
