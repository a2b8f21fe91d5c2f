FR\
OM alp\
ine:3.24
RUN\
 echo one
