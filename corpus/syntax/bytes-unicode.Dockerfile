FROM alpine:3.24 AS base
# 日本語のコメント 🚀 ‮not reversed‬
ENV GRÜSSE="grüß dich" NAÏVE=é
LABEL 説明="漢字"
COPY données/ /srv/données/
RUN echo "🚀 $GRÜSSE"
