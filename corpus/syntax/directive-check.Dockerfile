# check=skip=StageNameCasing,JSONArgsRecommended;error=true
FROM alpine:3.24 AS Tools
CMD echo skipped checks
