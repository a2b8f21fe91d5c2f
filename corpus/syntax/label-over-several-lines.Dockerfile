FROM alpine:3.24
LABEL "com.example.quoted key"="value" \
      com.example.single='two words' \
      com.example.long="begins here \
ends there" com.example.empty=""
LABEL description=one\ word
