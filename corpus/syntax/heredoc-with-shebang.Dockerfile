FROM python:3.14-slim
RUN <<EOF
#!/usr/bin/env python3
import sys
print("instructions" if sys.argv else """
RUN none""")
EOF
