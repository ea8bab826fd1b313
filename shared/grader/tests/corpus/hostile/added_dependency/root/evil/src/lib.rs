#[proc_macro]
pub fn evil(_input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let _ = std::fs::write("/tmp/course-corpus/added_dependency", "a macro ran");
    proc_macro::TokenStream::new()
}
