#!/usr/bin/env bash
# What the Terraform module makes, with the aws command line: bucket, key, role and both policies.
#
#   BUCKET=acme-drawbridge PREFIX=prod AWS_REGION=eu-central-1 ./create.sh trust.json
#
# trust.json says who may take the role: one service account of one cluster (examples below). Run again, it changes settings and
# policies to what stands here, and makes nothing twice.
#
#   IRSA:         { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
#                   "Principal": { "Federated": "arn:aws:iam::ACCOUNT:oidc-provider/ISSUER" }, "Condition": { "StringEquals":
#                   { "ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "system:serviceaccount:data:drawbridge-agent" } } }] }
#   Pod Identity: { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
#                   "Principal": { "Service": "pods.eks.amazonaws.com" }, "Condition": { "StringEquals": { "aws:SourceAccount": "ACCOUNT" } } }] }
set -euo pipefail

trust=${1:?'Name the file that says who may take the role; the head of this script shows two.'}
: "${BUCKET:?'Set BUCKET.'}" "${PREFIX:?'Set PREFIX.'}" "${AWS_REGION:?'Set AWS_REGION.'}"
role_name=${ROLE_NAME:-drawbridge-agent}
here=$(cd "$(dirname "$0")" && pwd)
account=$(aws sts get-caller-identity --query Account --output text)
partition=$(aws sts get-caller-identity --query Arn --output text | cut -d: -f2)

key=$(aws kms describe-key --key-id "alias/$BUCKET" --query KeyMetadata.Arn --output text 2>/dev/null) || {
  key=$(aws kms create-key --description "What Drawbridge's agents keep in $BUCKET" --query KeyMetadata.Arn --output text)
  aws kms create-alias --alias-name "alias/$BUCKET" --target-key-id "$key"
}
aws kms enable-key-rotation --key-id "$key"

if ! aws s3api head-bucket --bucket "$BUCKET" 2>/dev/null; then
  if [ "$AWS_REGION" = us-east-1 ]; then
    aws s3api create-bucket --bucket "$BUCKET"
  else
    aws s3api create-bucket --bucket "$BUCKET" --create-bucket-configuration "LocationConstraint=$AWS_REGION"
  fi
fi
aws s3api put-public-access-block --bucket "$BUCKET" --public-access-block-configuration \
  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
aws s3api put-bucket-ownership-controls --bucket "$BUCKET" \
  --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'
aws s3api put-bucket-versioning --bucket "$BUCKET" --versioning-configuration Status=Enabled
aws s3api put-bucket-encryption --bucket "$BUCKET" --server-side-encryption-configuration "{
  \"Rules\": [{ \"BucketKeyEnabled\": true,
    \"ApplyServerSideEncryptionByDefault\": { \"SSEAlgorithm\": \"aws:kms\", \"KMSMasterKeyID\": \"$key\" } }] }"
aws s3api put-bucket-lifecycle-configuration --bucket "$BUCKET" --lifecycle-configuration "{ \"Rules\": [
  { \"ID\": \"uploads-that-were-not-completed\", \"Status\": \"Enabled\", \"Filter\": {},
    \"AbortIncompleteMultipartUpload\": { \"DaysAfterInitiation\": 1 } },
  { \"ID\": \"former-versions\", \"Status\": \"Enabled\", \"Filter\": {},
    \"NoncurrentVersionExpiration\": { \"NoncurrentDays\": 30 }, \"Expiration\": { \"ExpiredObjectDeleteMarker\": true } },
  { \"ID\": \"what-the-doctor-left\", \"Status\": \"Enabled\", \"Filter\": { \"Prefix\": \"$PREFIX/v1/check-\" },
    \"Expiration\": { \"Days\": 1 } } ] }"

role=$(aws iam get-role --role-name "$role_name" --query Role.Arn --output text 2>/dev/null) ||
  role=$(aws iam create-role --role-name "$role_name" --assume-role-policy-document "file://$trust" --query Role.Arn --output text)
aws iam update-assume-role-policy --role-name "$role_name" --policy-document "file://$trust"

# The module's own policies, with the same names put in.
filled() {
  sed -e "s|\${PARTITION}|$partition|g" -e "s|\${BUCKET}|$BUCKET|g" -e "s|\${PREFIX}|$PREFIX|g" \
    -e "s|\${KEY}|$key|g" -e "s|\${ROLE}|$role|g" -e "s|\${ACCOUNT}|$account|g" "$here/$1"
}
aws iam put-role-policy --role-name "$role_name" --policy-name bucket --policy-document "$(filled agent-policy.json)"
aws s3api put-bucket-policy --bucket "$BUCKET" --policy "$(filled bucket-policy.json)"

cat <<VALUES
bucket:
  url: s3://$BUCKET/$PREFIX
  region: $AWS_REGION
serviceAccount:
  annotations:
    eks.amazonaws.com/role-arn: $role
VALUES
