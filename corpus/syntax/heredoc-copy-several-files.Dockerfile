FROM nginx:1.30-alpine
COPY --chmod=644 <<default.conf <<gzip.conf extra.conf /etc/nginx/conf.d/
server { listen 80; root /usr/share/nginx/html; }
default.conf
gzip on;
gzip.conf
