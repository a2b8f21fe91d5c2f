FROM alpine:3.24
CMD ["printf", "tab\there \"quoted\" \u00e9 \ud83d\ude80 back\\slash \/"]
ENTRYPOINT ["écho", "日本語", "🚀"]
