# Caddy as a user of its own, who owns the folder of the certificates and nothing else.
ARG BASE=caddy:2
FROM ${BASE}
# Without the capability on its file, which a container without capabilities could not even start.
RUN setcap -r /usr/bin/caddy \
 && install -d -m 0700 -o 10002 -g 10002 /certificates
ENV XDG_DATA_HOME=/certificates XDG_CONFIG_HOME=/tmp
USER 10002:10002
