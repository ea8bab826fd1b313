compile_error!("\r\n::error title=x::EVIL\n::set-output name=score::100\n##[error]EVIL\n\u{1b}[2J\u{202e}EVIL\u{2066} ]]> </failure><script>EVIL</script>\n=== 36 passed in 0.1s ===\n=cmd|x!A0\n");
