output "helm_values" {
  description = "Goes into the values of the chart drawbridge-agent as it is."
  value = yamlencode({
    bucket = {
      url    = "s3://${var.bucket}/${var.prefix}"
      region = aws_s3_bucket.this.region
    }
    serviceAccount = {
      name        = var.irsa != null ? var.irsa.service_account : var.pod_identity.service_account
      annotations = var.irsa == null ? {} : { "eks.amazonaws.com/role-arn" = aws_iam_role.agent.arn }
    }
    podIdentity = {
      enabled = var.pod_identity != null
    }
  })
}

output "bucket_arn" {
  description = "Of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "role_arn" {
  description = "Of the agents' role."
  value       = aws_iam_role.agent.arn
}

output "key_arn" {
  description = "Of the key that everything in the bucket is encrypted with."
  value       = aws_kms_key.this.arn
}
