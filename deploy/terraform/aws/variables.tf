variable "bucket" {
  description = "Name of the bucket; made by this module."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "prefix" {
  description = "Below which the agents write, without slashes at its ends."
  type        = string
  default     = "drawbridge"
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", var.prefix))
    error_message = "The prefix has letters, digits, hyphens, underscores, and slashes between."
  }
}

variable "role_name" {
  description = "Name of the agents' role."
  type        = string
  default     = "drawbridge-agent"
}

variable "irsa" {
  description = "For IAM roles for service accounts: the cluster's OIDC provider and the agents' service account. Null with Pod Identity."
  type = object({
    oidc_provider_arn = string
    namespace         = string
    service_account   = string
  })
  default = null
}

variable "pod_identity" {
  description = "For EKS Pod Identity: the cluster and the agents' service account. Null with IRSA."
  type = object({
    cluster_name    = string
    namespace       = string
    service_account = string
  })
  default = null
}

variable "vpc_endpoint_id" {
  description = "When given, the bucket is reached through this endpoint alone; also by you, so leave a way for administration."
  type        = string
  default     = null
}

variable "log_days" {
  description = "How long the tables of changes and runs are kept; a run that is older can't be undone."
  type        = number
  default     = 365
  validation {
    condition     = var.log_days >= 30
    error_message = "Logs have to be kept for 30 days at least."
  }
}

variable "run_days" {
  description = "How long plans, journals and texts of errors of a run are kept."
  type        = number
  default     = 30
  validation {
    condition     = var.run_days >= 2
    error_message = "What a run needs to be taken up again has to be kept for two days at least."
  }
}

variable "ledger_days" {
  description = "How long the ledger can't be removed by anybody (Object Lock, compliance mode). Null: no ledger bucket."
  type        = number
  default     = null
}

variable "tags" {
  description = "On everything that is made."
  type        = map(string)
  default     = {}
}

variable "syncs" {
  description = "Syncs whose runs and logs expire, by any name: a lifecycle rule takes a prefix and no pattern. Others keep theirs."
  type = map(object({
    workspace = string
    sync      = string
  }))
  default = {}
}
