FROM python:3.14-slim
RUN python3 <<EOF > /built.txt
print("hello from python")
EOF
RUN bash -euo pipefail -s -- one <<'EOF' && rm -rf /tmp/*
echo "$1" | cat
EOF
