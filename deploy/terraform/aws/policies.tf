# The two policies are files, which deploy/aws/create.sh takes as well and a test evaluates call by call.
locals {
  names = {
    PARTITION = data.aws_partition.current.partition
    BUCKET    = var.bucket
    PREFIX    = var.prefix
    KEY       = aws_kms_key.this.arn
    ROLE      = aws_iam_role.agent.arn
    ACCOUNT   = data.aws_caller_identity.current.account_id
  }
  agent_policy = templatefile("${path.module}/agent-policy.json", local.names)

  bucket_policy = jsonencode(merge(
    jsondecode(templatefile("${path.module}/bucket-policy.json", local.names)),
    {
      Statement = concat(
        jsondecode(templatefile("${path.module}/bucket-policy.json", local.names)).Statement,
        var.vpc_endpoint_id == null ? [] : [{
          Sid       = "ThroughTheEndpointAlone"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
          Resource  = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}", "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/*"]
          Condition = { StringNotEquals = { "aws:SourceVpce" = var.vpc_endpoint_id } }
        }],
      )
    },
  ))
}
