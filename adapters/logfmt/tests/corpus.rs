//! Replays the fuzzer's corpus.

#[path = "../fuzz/check.rs"]
mod check;

#[test]
fn the_corpus_holds() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/parse");
    let mut replayed = 0;
    for file in std::fs::read_dir(corpus).unwrap() {
        check::check(&std::fs::read(file.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed >= 30, "only {replayed} files");
}
