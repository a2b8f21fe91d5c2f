FROM nginx:1.30-alpine
HEALTHCHECK --interval=1m30s --timeout=3s --start-period=500ms --start-interval=1s --retries=0 \
    CMD wget -q -O - http://localhost/ || exit 1
