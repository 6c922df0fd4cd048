locals {
  oidc_host = var.irsa == null ? "" : replace(var.irsa.oidc_provider_arn, "/^.*oidc-provider\\//", "")

  # One service account of one cluster, and nobody else: no principal of a vendor is anywhere in this module.
  trust = var.irsa != null ? {
    Effect    = "Allow"
    Principal = { Federated = var.irsa.oidc_provider_arn }
    Action    = ["sts:AssumeRoleWithWebIdentity"]
    Condition = {
      StringEquals = {
        "${local.oidc_host}:aud" = "sts.amazonaws.com"
        "${local.oidc_host}:sub" = "system:serviceaccount:${var.irsa.namespace}:${var.irsa.service_account}"
      }
    }
    } : {
    Effect    = "Allow"
    Principal = { Service = "pods.eks.amazonaws.com" }
    Action    = ["sts:AssumeRole", "sts:TagSession"]
    Condition = {
      StringEquals = {
        "aws:SourceAccount" = data.aws_caller_identity.current.account_id
      }
    }
  }
}

resource "aws_iam_role" "agent" {
  name               = var.role_name
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [local.trust] })
  tags               = var.tags

  lifecycle {
    precondition {
      condition     = (var.irsa == null) != (var.pod_identity == null)
      error_message = "Give irsa or pod_identity, and not both."
    }
  }
}

resource "aws_iam_role_policy" "agent" {
  name   = "bucket"
  role   = aws_iam_role.agent.id
  policy = local.agent_policy
}

resource "aws_eks_pod_identity_association" "agent" {
  count           = var.pod_identity == null ? 0 : 1
  cluster_name    = var.pod_identity.cluster_name
  namespace       = var.pod_identity.namespace
  service_account = var.pod_identity.service_account
  role_arn        = aws_iam_role.agent.arn
}
