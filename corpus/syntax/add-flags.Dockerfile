FROM alpine:3.24
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/tool.tar.gz /opt/
ADD --keep-git-dir=true https://github.com/example/tool.git#v1.0.0:docs /docs
ADD --keep-git-dir --checksum=9f3a1c0de7d0a0e4cb6d4b1ddff3c67a27b0c2bf git@example.com:tool.git#main /tool
ADD --unpack=true https://example.com/tree.tar.gz /tree/
ADD --unpack=false local.tar.gz /archives/
ADD --chown=1:1 --chmod=644 --link --exclude=*.md docs /docs/
