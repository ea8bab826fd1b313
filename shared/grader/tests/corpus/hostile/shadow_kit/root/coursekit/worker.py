from pathlib import Path

Path('/tmp/course-corpus/shadow_kit').write_text('ran')
