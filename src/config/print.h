/* config/print.h: what the printers of both dialects share: a line under construction.
 * Internal to config/. */
#ifndef CONFIG_PRINT_H
#define CONFIG_PRINT_H

#include "config/parse.h"

struct out {
    const struct config *c;
    struct config_printer *p;
    bool ios;      /* the dialect that is printed */
    bool convert;  /* it is not the one that was read: defaults are written out */
    struct text t; /* the line */
    char buffer[CONFIG_LINE_MAX * 3];
};

/* Begins a line indented by n blanks with a text; ends and emits it. */
void out_begin(struct out *o, unsigned indent, const char *s);

/* Hands the line to the printer. */
void out_end(struct out *o);

/* A whole line: indentation and up to three texts (NULL ends). */
void out_line(struct out *o, unsigned indent, const char *a, const char *b, const char *c);

/* Appends " word", " 10.0.0.1", " 10.0.0.0/8", " 5". */
void out_word(struct out *o, const char *s);

/* Appends a blank and the address. */
void out_ip(struct out *o, const struct ip_addr *ip);

/* Appends a blank and "address/length". */
void out_prefix(struct out *o, const struct prefix *p);

/* Appends a blank and the number in decimal. */
void out_number(struct out *o, uint64_t n);

/* Appends " 10.0.0.0 255.0.0.0" (or a wildcard mask). */
void out_net_mask(struct out *o, const struct prefix *p);

/* Appends " 10.0.0.0 0.255.255.255". */
void out_net_wildcard(struct out *o, const struct prefix *p);

/* "word" for yes, "no word" for no, nothing for unset. */
void out_tri(struct out *o, unsigned indent, enum config_tri v, const char *s);

/* A secret, or what stands for it. */
void out_secret(struct out *o, const char *s);

/* A line with an exclamation mark. */
void out_bang(struct out *o);

/* The name of an as-path list: IOS has numbers only. */
void out_as_path_name(struct out *o, const char *name);

/* The whole configuration as vtysh prints it. */
void print_frr(struct out *o);
/* The whole configuration as IOS prints it. */
void print_ios(struct out *o);
/* IKEv2, IPsec, IKEv1 and crypto maps: alike in both dialects. */
void print_crypto(struct out *o);
/* The tunnel's lines of an interface, and its crypto map. */
void print_tunnel(struct out *o, const struct config_interface *i);
/* A line kept as its words, without the blank that words begin with. */
void print_words(struct out *o, unsigned indent, const struct config_words *w);
/* router bgp, in the dialect of o like all that follow. */
void print_bgp(struct out *o);
/* One address of an interface. */
void print_interface_address(struct out *o, const struct config_address *a);
/* The static routes. */
void print_statics(struct out *o);
/* The prefix lists. */
void print_prefix_lists(struct out *o);
/* The as-path lists. */
void print_as_path_lists(struct out *o);
/* The community lists. */
void print_community_lists(struct out *o);
/* The access lists. */
void print_access_lists(struct out *o);
/* NAT pools, lists and iptables rules. */
void print_nat(struct out *o);
/* The route maps. */
void print_route_maps(struct out *o);

#endif
