/* aws. */
#include "plan/steps.h"

static const char *region_of(const struct plan_network *n)
{
    return n->region ? n->region : "ap-northeast-1";
}

void command_aws_network(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AWS);
    if (!n)
        return;
    const topo_prefixes_t *space = &n->address_space;
    put(out, "export AWS_DEFAULT_REGION='%s'\n", region_of(n));
    put(out,
        "VPC=$(aws ec2 create-vpc --cidr-block %s --query Vpc.VpcId --output text)\n"
        "aws ec2 create-tags --resources \"$VPC\" --tags Key=Name,Value=%s\n",
        put_prefix(&space->items[0]).s, n->o.name);
    for (uint32_t i = 1; i < space->count; i++)
        put(out, "aws ec2 associate-vpc-cidr-block --vpc-id \"$VPC\" --cidr-block %s\n",
            put_prefix(&space->items[i]).s);
    for (uint32_t i = 0; i < space->count; i++)
        put(out,
            "SUBNET%u=$(aws ec2 create-subnet --vpc-id \"$VPC\" --cidr-block %s \\\n"
            "    --query Subnet.SubnetId --output text)\n",
            i, put_prefix(&space->items[i]).s);
    put(out, "RTB=$(aws ec2 describe-route-tables --filters \"Name=vpc-id,Values=$VPC\" \\\n"
             "    --query 'RouteTables[0].RouteTableId' --output text)\n");
    put(out,
        "SG=$(aws ec2 create-security-group --group-name %s-sg --description 'from the others' \\\n"
        "    --vpc-id \"$VPC\" --query GroupId --output text)\n",
        n->o.name);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        const topo_prefixes_t *from = &plan_peer(l, n)->address_space;
        for (uint32_t i = 0; i < from->count; i++)
            put(out,
                "aws ec2 authorize-security-group-ingress --group-id \"$SG\" --protocol icmp \\\n"
                "    --port -1 --cidr %s\n",
                put_prefix(&from->items[i]).s);
    }
}

static void put_gateway(const struct plan *p, const struct plan_network *n, struct text *out)
{
    if (n->gateway == PLAN_VGW) {
        put(out,
            "GATEWAY=$(aws ec2 create-vpn-gateway --type ipsec.1 --amazon-side-asn %u \\\n"
            "    --query VpnGateway.VpnGatewayId --output text)\n"
            "aws ec2 attach-vpn-gateway --vpn-gateway-id \"$GATEWAY\" --vpc-id \"$VPC\"\n",
            plan_asn(p, n));
        return;
    }
    put(out,
        "GATEWAY=$(aws ec2 create-transit-gateway --options AmazonSideAsn=%u \\\n"
        "    --query TransitGateway.TransitGatewayId --output text)\n"
        "until [ \"$(aws ec2 describe-transit-gateways --transit-gateway-ids \"$GATEWAY\" \\\n"
        "    --query 'TransitGateways[0].State' --output text)\" = available ]; do sleep 10; "
        "done\n",
        plan_asn(p, n));
    put(out, "aws ec2 create-transit-gateway-vpc-attachment --transit-gateway-id \"$GATEWAY\" \\\n"
             "    --vpc-id \"$VPC\" --subnet-ids \"$SUBNET0\"\n");
}

/* One tunnel's options, as JSON inside of single quotes. */
static void put_options(const struct plan_tunnel *t, struct text *out)
{
    if (!t) { /* AWS makes its own key */
        put(out, "{}");
        return;
    }
    put(out, "{\"PreSharedKey\":\"'\"$KEY_%s\"'\",", t->key + PLAN_KEY_MAX - 3);
    if (t->inside.family != IP_NONE)
        put(out, "\"TunnelInsideCidr\":\"%s\",", put_prefix(&t->inside).s);
    put(out,
        "\"IKEVersions\":[{\"Value\":\"ikev2\"}],\n"
        "    \"Phase1EncryptionAlgorithms\":[{\"Value\":\"%s\"}],"
        "\"Phase1IntegrityAlgorithms\":[{\"Value\":\"%s\"}],\n"
        "    \"Phase1DHGroupNumbers\":[{\"Value\":%s}],\n",
        put_aws_algorithm(PUT_IKE_CIPHER), put_aws_algorithm(PUT_IKE_HASH),
        put_aws_algorithm(PUT_IKE_GROUP));
    put(out,
        "    \"Phase2EncryptionAlgorithms\":[{\"Value\":\"%s\"}],"
        "\"Phase2IntegrityAlgorithms\":[{\"Value\":\"%s\"}],\n"
        "    \"Phase2DHGroupNumbers\":[{\"Value\":%s}],\"StartupAction\":\"add\"}",
        put_aws_algorithm(PUT_ESP_CIPHER), put_aws_algorithm(PUT_IKE_HASH),
        put_aws_algorithm(PUT_PFS_GROUP));
}

/* What is behind a connection without BGP: of a virtual private gateway the connection knows it,
 * of a transit gateway its route table. */
static void put_static(const struct plan_network *n, const topo_prefixes_t *to, struct text *out)
{
    if (n->gateway == PLAN_TGW)
        put(out, "ATTACHMENT=$(aws ec2 describe-transit-gateway-attachments \\\n"
                 "    --filters \"Name=resource-id,Values=$VPN\" --output text \\\n"
                 "    --query 'TransitGatewayAttachments[0].TransitGatewayAttachmentId')\n"
                 "TABLE=$(aws ec2 describe-transit-gateways --transit-gateway-ids \"$GATEWAY\" \\\n"
                 "    --query 'TransitGateways[0].Options.AssociationDefaultRouteTableId' "
                 "--output text)\n");
    for (uint32_t i = 0; i < to->count; i++) {
        if (n->gateway == PLAN_TGW)
            put(out, "aws ec2 create-transit-gateway-route --transit-gateway-route-table-id "
                     "\"$TABLE\" \\\n    --transit-gateway-attachment-id \"$ATTACHMENT\"");
        else
            put(out, "aws ec2 create-vpn-connection-route --vpn-connection-id \"$VPN\" \\\n   ");
        put(out, " --destination-cidr-block %s\n", put_prefix(&to->items[i]).s);
    }
}

static void put_connection(const struct plan *p, const struct plan_link *l,
                           const struct plan_network *n, uint32_t c, struct text *out)
{
    int side = plan_side(l, n);
    const struct plan_network *peer = plan_peer(l, n);
    const struct plan_tunnel *first = put_tunnel_at(l, side, 2 * c);
    assert(first);
    put(out,
        "CGW=$(aws ec2 create-customer-gateway --type ipsec.1 --ip-address \"%s\" \\\n"
        "    --bgp-asn %u --query CustomerGateway.CustomerGatewayId --output text)\n",
        command_address(l, !side, first->end[!side]).s, plan_asn(p, peer));
    put(out,
        "VPN=$(aws ec2 create-vpn-connection --type ipsec.1 --customer-gateway-id \"$CGW\" \\\n"
        "    --%s-gateway-id \"$GATEWAY\" --query VpnConnection.VpnConnectionId --output text \\\n"
        "    --options '{\"StaticRoutesOnly\":%s,\"TunnelOptions\":[\n    ",
        n->gateway == PLAN_TGW ? "transit" : "vpn", l->bgp ? "false" : "true");
    put_options(first, out);
    put(out, ",\n    ");
    put_options(put_tunnel_at(l, side, 2 * c + 1), out);
    put(out, "]}')\naws ec2 wait vpn-connection-available --vpn-connection-ids \"$VPN\"\n");
    for (uint32_t k = 0; k < 2; k++)
        put(out,
            "%s=$(aws ec2 describe-vpn-connections --vpn-connection-ids \"$VPN\" \\\n    --query "
            "'VpnConnections[0].Options.TunnelOptions[%u].OutsideIpAddress' --output text)\n",
            command_variable(l, side, 2 * c + k).s, k);
    if (!l->bgp)
        put_static(n, &peer->address_space, out);
}

static void put_doors(const struct plan *p, const struct plan_network *n, struct text *out)
{
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int side = plan_side(l, n);
        for (uint32_t c = 0; c < put_connections(l); c++) {
            put(out,
                "# Door door-%s-%u: apply to SORACOM, with this customer gateway and these "
                "inside blocks;\n# then give the outside addresses in the environment.\n"
                "echo \"Door %u: customer gateway %s\"\n",
                plan_peer(l, n)->o.name, c, c,
                command_address(l, !side, put_tunnel_at(l, side, 2 * c)->end[!side]).s);
            for (uint32_t k = 0; k < 2; k++) {
                const struct plan_tunnel *t = put_tunnel_at(l, side, 2 * c + k);
                if (t && t->inside.family != IP_NONE)
                    put(out, "# tunnel %u: %s\n", k + 1, put_prefix(&t->inside).s);
                put(out, ": \"${%s:?outside address of tunnel %u of Door %u}\"\n",
                    command_variable(l, side, 2 * c + k).s, k + 1, c);
            }
        }
    }
}

void command_aws_connections(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AWS), *so = put_network(p, PLAN_SORACOM);
    if (n)
        put_gateway(p, n, out);
    for (const struct plan_link *l = NULL; n && (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t c = 0; c < put_connections(l); c++)
            put_connection(p, l, n, c, out);
    }
    if (so)
        put_doors(p, so, out);
}

void command_aws_routes(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AWS);
    if (n->gateway == PLAN_VGW) {
        put(out, "aws ec2 enable-vgw-route-propagation --gateway-id \"$GATEWAY\" "
                 "--route-table-id \"$RTB\"\n");
        return;
    }
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        const topo_prefixes_t *to = &plan_peer(l, n)->address_space;
        for (uint32_t i = 0; i < to->count; i++)
            put(out,
                "aws ec2 create-route --route-table-id \"$RTB\" --transit-gateway-id \"$GATEWAY\" "
                "\\\n    --destination-cidr-block %s\n",
                put_prefix(&to->items[i]).s);
    }
}
