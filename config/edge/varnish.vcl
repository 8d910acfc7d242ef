vcl 4.1;

# Cache between the stream process and the TLS front (haproxy.cfg beside this file). Start it as docs/edge.md says, with two
# sockets: `-a viewers=127.0.0.1:6081,PROXY -a purge=ADDRESS:6082`. Only the addresses below may purge, and only there.

import std;

backend origin {
    # the stream process: [public] listen of CONFIG
    .host = "127.0.0.1";
    .port = "8080";
    .connect_timeout = 2s;
    # a blocking reload is answered within three target durations
    .first_byte_timeout = 15s;
    .between_bytes_timeout = 10s;
    .max_connections = 2000;
}

acl purgers {
    # the hall's machine: [[edges]] purge_url leads here
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    # one site: viewers and the purging stream process call it by different names
    set req.http.Host = "stream";
    unset req.http.X-Forwarded-For;
    unset req.http.Cookie;
    unset req.http.Authorization;

    if (req.method == "PURGE") {
        if (local.socket != "purge" || client.ip !~ purgers) {
            return (synth(405));
        }
        if (req.url ~ "\.m3u8$") {
            # a playlist stands in the cache once for each part that was asked for
            ban("obj.http.X-Edge-Url ~ ^/live/[a-z0-9-]+\.m3u8");
            return (synth(200, "Banned"));
        }
        return (purge);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (synth(405));
    }
    if (req.url ~ "^/events") {
        return (pass);
    }
    # nothing but the delivery directives may make a new object of the same thing
    if (req.url ~ "\?") {
        if (req.url ~ "^/live/[a-z0-9-]+\.m3u8\?_HLS_msn=[0-9]{1,12}(&_HLS_part=[0-9]{1,4})?(&_HLS_skip=(YES|v2))?$") {
            return (hash);
        }
        if (req.url ~ "^/live/[a-z0-9-]+\.m3u8\?.*_HLS_msn=[0-9]{1,12}") {
            set req.http.X-Part = regsub(req.url, "^.*[?&]_HLS_part=([0-9]{1,4}).*$", "&_HLS_part=\1");
            if (req.http.X-Part !~ "^&") {
                set req.http.X-Part = "";
            }
            if (req.url ~ "[?&]_HLS_skip=(YES|v2)") {
                set req.http.X-Part = req.http.X-Part + "&_HLS_skip=YES";
            }
            set req.url = regsub(req.url, "\?.*[?&]?_HLS_msn=([0-9]{1,12}).*$", "?_HLS_msn=\1") + req.http.X-Part;
            unset req.http.X-Part;
            return (hash);
        }
        set req.url = regsub(req.url, "\?.*$", "");
    }
    return (hash);
}

sub vcl_backend_fetch {
    unset bereq.http.X-Forwarded-For;
    if (bereq.url ~ "^/events") {
        # one sign of life every 20 s
        set bereq.between_bytes_timeout = 60s;
    }
}

sub vcl_backend_response {
    # live is never served stale; the page and its files survive a restart of the stream process
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    if (beresp.status != 200) {
        # an error is passed on, kept for nobody, and makes nobody wait for anybody
        set beresp.ttl = 1s;
        set beresp.uncacheable = true;
        return (deliver);
    }
    if (bereq.url == "/" || bereq.url ~ "^/static/") {
        set beresp.grace = 5m;
    }
    if (bereq.url ~ "\.m3u8") {
        set beresp.http.X-Edge-Url = bereq.url;
        set beresp.do_gzip = true;
    }
    if (bereq.url ~ "^/live/.*\.(mp4|m4s)$" && beresp.ttl > 10m) {
        # nobody asks for a part again once it has left the window
        set beresp.ttl = 10m;
    }
}

sub vcl_deliver {
    unset resp.http.X-Edge-Url;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
    unset resp.http.Server;
    # the age in this cache is no business of the players: they would wait for a playlist that is new
    unset resp.http.Age;
}

sub vcl_synth {
    set resp.http.Cache-Control = "no-store";
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    set resp.body = resp.reason;
    return (deliver);
}

sub vcl_backend_error {
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Content-Type = "text/plain; charset=utf-8";
    set beresp.body = "";
    set beresp.ttl = 1s;
    set beresp.grace = 0s;
    set beresp.uncacheable = true;
    return (deliver);
}
