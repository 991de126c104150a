/** Who there is to choose from: the carrier's shops and couriers. */

import { useResource } from "./resource";
import type { CourierRow } from "./views/couriers/model";
import type { Merchant } from "./views/shops/model";

export function useShops() {
  return useResource<{ merchants: readonly Merchant[] }>("/v1/merchants");
}

export function useCouriers(every_ms = 0) {
  return useResource<{ couriers: readonly CourierRow[] }>("/v1/couriers", { every_ms });
}
