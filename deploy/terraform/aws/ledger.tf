# For what left your network, once agents write it: nobody removes or changes it for so long, not the account's root either.
resource "aws_s3_bucket" "ledger" {
  count               = var.ledger_days == null ? 0 : 1
  bucket              = "${var.bucket}-ledger"
  object_lock_enabled = true
  tags                = var.tags
}

resource "aws_s3_bucket_public_access_block" "ledger" {
  count                   = var.ledger_days == null ? 0 : 1
  bucket                  = aws_s3_bucket.ledger[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "ledger" {
  count  = var.ledger_days == null ? 0 : 1
  bucket = aws_s3_bucket.ledger[0].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "ledger" {
  count  = var.ledger_days == null ? 0 : 1
  bucket = aws_s3_bucket.ledger[0].id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_object_lock_configuration" "ledger" {
  count      = var.ledger_days == null ? 0 : 1
  bucket     = aws_s3_bucket.ledger[0].id
  depends_on = [aws_s3_bucket_versioning.ledger]
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = var.ledger_days
    }
  }
}
