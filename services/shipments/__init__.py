"""The one who decides, about shipments and about couriers' plans."""
