FROM alpine:3.24
RUN <<-EOF
	if true; then
		echo indented
	fi
	EOF
RUN <<-'EOF'
		echo "$HOME"
    echo "spaces stay"
EOF
