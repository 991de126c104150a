"""shipment.events -> views, states, stops and milestones: a Faust app that follows and never decides."""
