"""Every topic, view and socket frame, each defined once.

A module a topic, a view or a direction of the socket: the value's type, its units, who writes and who reads
it, how it is keyed and kept, and examples. Topic creation, AsyncAPI, JSON Schemas, TypeScript types and the
reference page are made from these definitions (`shared.contracts.registry` lists them all).

Rules that hold everywhere:

* Times are `_ms`: integers, milliseconds since 1970-01-01T00:00:00Z. Coordinates are [lon, lat] in WGS 84
  degrees (RFC 7946 §3.1.1). Money is a decimal string with an ISO 4217 currency.
* Strict when building (an unknown or ill-typed field raises), tolerant when reading (unknown fields are
  ignored), so that a producer may be newer than its consumers.
* Each record carries the four required CloudEvents attributes as headers (Kafka protocol binding §3.2).
"""
