# A small application behind a tier-1 gateway, with the official provider, on the simulated nodes of `npm start`:
#   terraform init && TF_VAR_password="$HEDDLE_ADMIN_PASSWORD" terraform apply

terraform {
  required_providers {
    nsxt = {
      source  = "vmware/nsxt"
      version = "3.11.1"
    }
  }
}

variable "password" {
  description = "Password of admin"
  type        = string
  sensitive   = true
}

provider "nsxt" {
  host     = "127.0.0.1:8443"
  username = "admin"
  password = var.password
  ca_file  = "${path.module}/../../../data/ca.crt"
}

data "nsxt_policy_transport_zone" "overlay" {
  display_name = "nsx-overlay-transportzone"
}

data "nsxt_policy_service" "web" {
  for_each     = toset(["HTTP", "HTTPS"])
  display_name = each.key
}

resource "nsxt_policy_tier1_gateway" "shop" {
  nsx_id                    = "shop"
  display_name              = "Shop"
  route_advertisement_types = ["TIER1_CONNECTED"]
}

resource "nsxt_policy_segment" "tier" {
  for_each            = { front = "10.50.1.1/24", back = "10.50.2.1/24" }
  nsx_id              = "shop-${each.key}"
  display_name        = "Shop, ${each.key}"
  connectivity_path   = nsxt_policy_tier1_gateway.shop.path
  transport_zone_path = data.nsxt_policy_transport_zone.overlay.path

  subnet {
    cidr = each.value
  }

  tag {
    scope = "tier"
    tag   = each.key
  }
}

resource "nsxt_policy_group" "tier" {
  for_each     = nsxt_policy_segment.tier
  nsx_id       = "shop-${each.key}"
  display_name = "Shop, ${each.key}"

  criteria {
    path_expression {
      member_paths = [each.value.path]
    }
  }
}

resource "nsxt_policy_security_policy" "shop" {
  nsx_id       = "shop"
  display_name = "Shop"
  category     = "Application"
  scope        = [for group in nsxt_policy_group.tier : group.path]

  rule {
    display_name       = "Anyone to the front"
    destination_groups = [nsxt_policy_group.tier["front"].path]
    services           = [for service in data.nsxt_policy_service.web : service.path]
    action             = "ALLOW"
  }

  rule {
    display_name       = "The front to the back"
    source_groups      = [nsxt_policy_group.tier["front"].path]
    destination_groups = [nsxt_policy_group.tier["back"].path]
    action             = "ALLOW"
  }

  rule {
    display_name = "Nothing else"
    action       = "DROP"
    logged       = true
  }
}

output "segments" {
  value = { for tier, segment in nsxt_policy_segment.tier : tier => segment.path }
}
