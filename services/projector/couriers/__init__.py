"""From couriers' fixes, plans and outcomes to what each recipient may see of his courier."""
