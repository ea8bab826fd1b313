fn main() {
    let _ = std::fs::write("/tmp/course-corpus/build_rs", "a build script ran");
}
