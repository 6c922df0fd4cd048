data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "aws_s3_bucket" "this" {
  bucket = var.bucket
  tags   = var.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket     = aws_s3_bucket.this.id
  policy     = local.bucket_policy
  depends_on = [aws_s3_bucket_public_access_block.this]
}

# head.json and baseline/ are named by no rule: a current baseline is as old as its rows, and nothing but the agent knows which
# parts of it are current. S3 knows prefixes and no patterns, so what is below a sync can't be named for all syncs at once; those
# rules are made by prefix per sync where somebody wants them, and the agent itself removes plans and journals a day after a run.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket     = aws_s3_bucket.this.id
  depends_on = [aws_s3_bucket_versioning.this]

  rule {
    id     = "uploads-that-were-not-completed"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    id     = "former-versions"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    expiration {
      expired_object_delete_marker = true
    }
  }

  rule {
    id     = "what-the-doctor-left"
    status = "Enabled"
    filter {
      prefix = "${var.prefix}/v1/check-"
    }
    expiration {
      days = 1
    }
  }

  dynamic "rule" {
    for_each = var.syncs
    content {
      id     = "run-${rule.key}"
      status = "Enabled"
      filter {
        prefix = "${var.prefix}/v1/ws=${rule.value.workspace}/sync=${rule.value.sync}/run="
      }
      expiration {
        days = var.run_days
      }
    }
  }

  dynamic "rule" {
    for_each = var.syncs
    content {
      id     = "log-${rule.key}"
      status = "Enabled"
      filter {
        prefix = "${var.prefix}/v1/ws=${rule.value.workspace}/sync=${rule.value.sync}/log/"
      }
      expiration {
        days = var.log_days
      }
    }
  }
}
