from alpine:3.24 as base
env greeting=hello
run echo $greeting
Copy --from=base /etc/hostname /
cmd ["sh"]
