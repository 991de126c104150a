"""What is made from the contracts: AsyncAPI, JSON Schemas, TypeScript types and the reference page.

`python -m shared.contracts.generate` writes them, with `--check` it only says which are stale. The output
depends on the contracts alone, so that the same contracts give the same bytes."""
