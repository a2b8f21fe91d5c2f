use dfx::{
    ir::{Build, Commands},
    source::SourceFile,
    syntax::parse,
};
use std::time::Instant;
fn main() {
    let mut files = vec![];
    for e in std::fs::read_dir("/work/shared/corpus/files").unwrap() {
        files.push(std::fs::read(e.unwrap().path()).unwrap());
    }
    for _ in 0..3 {
        let t = Instant::now();
        let parsed: Vec<_> = files.iter().map(|b| parse(SourceFile::new("x", b.clone()))).collect();
        println!("parse {:?}", t.elapsed());
        let t = Instant::now();
        let builds: Vec<_> = parsed.iter().map(Build::new).collect();
        println!("build {:?}", t.elapsed());
        let t = Instant::now();
        for b in &builds {
            for s in b.steps() {
                b.scripts(s);
            }
        }
        println!("scripts {:?}", t.elapsed());
        let t = Instant::now();
        let n: usize = builds.iter().map(|b| Commands::new(b).all().len()).sum();
        println!("commands {n} {:?}", t.elapsed());
    }
}
