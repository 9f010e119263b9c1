#!/usr/bin/env bash
# Makes the keys and certificates beside it, which tests use: a root, an intermediate, leaves of each
# kind of key with every kind of name, and some that must be refused. Run by hand, never by a test:
# the files are in the repository, and tests pass the date, so that nothing expires.
set -euo pipefail
cd "$(dirname "$0")"

ext=$(mktemp)
trap 'rm -f "$ext" ./*.csr ./*.srl' EXIT
cat >"$ext" <<'END'
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ca0]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = CA:false
keyUsage = digitalSignature
subjectAltName = DNS:gw.example.com, email:ops@example.com, IP:192.0.2.1, IP:2001:db8::1
END

key() { # name algorithm options...
    local name=$1 algorithm=$2
    shift 2
    openssl genpkey -quiet -algorithm "$algorithm" "$@" -out "$name.key" 2>/dev/null ||
        openssl genpkey -algorithm "$algorithm" "$@" -out "$name.key" 2>/dev/null
}

sign() { # name subject issuer section days
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -CAcreateserial -sha256 \
        -days "$5" -extfile "$ext" -extensions "$4" -out "$1.pem" 2>/dev/null
}

root() { # name subject
    openssl req -new -x509 -key "$1.key" -subj "$2" -sha256 -days 36500 -out "$1.pem" \
        -config <(printf '[req]\ndistinguished_name=dn\n[dn]\n'; cat "$ext") -extensions ca
}

ec() { key "$1" EC -pkeyopt "ec_paramgen_curve:$2"; }

ec root P-256
root root '/C=JP/O=Example/CN=Root'
ec other P-256
root other '/C=JP/O=Example/CN=Root'
ec middle P-256
sign middle '/C=JP/O=Example/CN=Middle' root ca0 36500

key rsa RSA -pkeyopt rsa_keygen_bits:2048
ec ec256 P-256
ec ec384 P-384
ec ec521 P-521
key ed25519 ED25519
key ed448 ED448
for name in rsa ec256 ec384 ec521 ed25519 ed448; do
    sign "$name" "/C=JP/O=Example, Ltd./OU=Gateways/CN=$name.example.com" middle leaf 36500
done
openssl rsa -in rsa.key -traditional -out rsa-traditional.key 2>/dev/null
openssl pkcs8 -topk8 -in ec256.key -passout pass:opensesame -out ec256-encrypted.key
openssl x509 -in ec256.pem -outform DER -out ec256.der
openssl pkey -in ec256.key -outform DER -out ec256-key.der

# One day long; a leaf that signs; a CA below a path length of 0; a curve that IKE has no method for.
ec short P-256
sign short '/CN=short.example.com' middle leaf 1
ec below-leaf P-256
sign below-leaf '/CN=below-leaf.example.com' ec256 leaf 36500
ec too-deep P-256
sign too-deep '/CN=Too deep' middle ca 36500
ec below-deep P-256
sign below-deep '/CN=below-deep.example.com' too-deep leaf 36500
ec secp256k1 secp256k1
sign secp256k1 '/CN=secp256k1.example.com' middle leaf 36500

# A file as people have them: words between the certificates.
{ echo "the gateway and its issuer"; cat ec256.pem; echo; cat middle.pem; } >chain.pem
