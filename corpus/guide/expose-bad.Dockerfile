FROM nginx

COPY nginx.conf /etc/nginx/nginx.conf
COPY site/ /usr/share/nginx/html/

# publishes the site on port 8080 of the host
EXPOSE 8080:80
EXPOSE 80/TCP
EXPOSE 80
EXPOSE 22
EXPOSE 443,8443
EXPOSE 70000
