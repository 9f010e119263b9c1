#include "cloud/soracom/facts.h"

#include "cloud/rows.h"

#define DOOR "Door"
#define VPG "Virtual private gateway"

const struct cloud_fact soracom_facts[SORACOM_FACT_COUNT] = {
    /* ---- Door -------------------------------------------------------------------------------- */
    FACT(SORACOM_DOOR_WHAT, "soracom.door.what", DOOR, "What Door is",
         TEXT("IPsec VPN between a customer and a virtual private gateway"), DOC("SOR1"),
         NOTE("it follows AWS Site-to-Site VPN")),
    FACT(SORACOM_DOOR_LOOKS_LIKE_AWS, "soracom.door.looks-like-aws", DOOR,
         "From outside it looks like AWS Site-to-Site VPN", YES, DOC("SOR1"),
         NOTE("rules for AWS hold")),
    FACT(SORACOM_DOOR_P1_VPNS, "soracom.door.p1-vpns", DOOR,
         "VPN connections of pattern P1, static", COUNT(1, "connections"), DOC("SOR1")),
    FACT(SORACOM_DOOR_P1_TUNNELS, "soracom.door.p1-tunnels", DOOR, "Tunnels of pattern P1",
         COUNT(2, "tunnels"), DOC("SOR1")),
    FACT(SORACOM_DOOR_P2_VPNS, "soracom.door.p2-vpns", DOOR,
         "VPN connections of pattern P2, BGP and active-active", COUNT(2, "connections"),
         DOC("SOR1")),
    FACT(SORACOM_DOOR_P2_TUNNELS, "soracom.door.p2-tunnels", DOOR, "Tunnels of pattern P2",
         COUNT(4, "tunnels"), DOC("SOR1")),
    FACT(SORACOM_DOOR_ONE_VPN_ROUTING, "soracom.door.one-vpn-routing", DOOR,
         "Routing advised with one VPN connection to Azure", TEXT("static"), DOC("SOR2")),
    FACT(SORACOM_DOOR_AZURE_MODE, "soracom.door.azure-mode", DOOR, "Connection mode at Azure",
         TEXT("Default"), DOC("SOR1, SOR2")),
    FACT(SORACOM_DOOR_APPLICATION, "soracom.door.application", DOOR,
         "A VPN connection is applied for, with number and APIPA wish", YES, DOC("SOR1")),
    FACT(SORACOM_DOOR_INSIDE_PUBLISHED, "soracom.door.inside-published", DOOR,
         "Inside prefixes and AS number are published", NO, UNVERIFIED("NONE")),

    /* ---- Virtual private gateway ------------------------------------------------------------- */
    FACT(SORACOM_VPG_TYPE_FIXED, "soracom.vpg.type-fixed", VPG,
         "The type of a virtual private gateway cannot be changed", YES, DOC("SOR3, SOR4")),
    FACT(SORACOM_VPG_ZONES, "soracom.vpg.zones", VPG, "It spreads over several zones of AWS", YES,
         DOC("SOR4")),
    FACT(SORACOM_VPG_SERVICES, "soracom.vpg.services", VPG, "Other services on it",
         WORDS("Canal", "Direct", "Gate", "Junction", "Peek"), DOC("SOR4"),
         NOTE("Canal: VPC peering or transit gateway; Gate: LAN of devices")),
    FACT(SORACOM_VPG_OUTBOUND_FILTER, "soracom.vpg.outbound-filter", VPG,
         "It has an outbound routing filter", YES, DOC("SOR4")),
};
