FROM nginxinc/nginx-unprivileged:1.30-alpine

COPY nginx.conf /etc/nginx/nginx.conf
COPY site/ /usr/share/nginx/html/

# Documents the ports; `docker run --publish 80:8080` opens one on the host.
EXPOSE 8080 8443
EXPOSE 8443/udp
