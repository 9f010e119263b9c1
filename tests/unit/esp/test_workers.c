/* esp/workers.h: which worker a tunnel is of, and that every SPI of ours says the same. */
#include "esp/workers.h"

#include "../unit.h"
#include "esp/params.h"

/* As the IKE engine draws them: every bit but those of the mask at random. */
static uint32_t spi_of(uint32_t random, uint32_t connection, uint32_t n)
{
    return (random & ~esp_worker_mask(n)) | esp_worker_of(connection, n);
}

static void a_tunnel_and_its_spis_have_one_worker(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (uint32_t n = 1; n <= ESP_WORKERS_MAX; n++) {
        for (uint32_t connection = 1; connection < 1000; connection++) {
            random = random * UINT32_C(1664525) + UINT32_C(1013904223);
            uint32_t worker = esp_worker_of(connection, n);
            CLAIM("there is such a worker", worker < n);
            CLAIM("the SPI says whose it is",
                  esp_worker_of_spi(spi_of(random, connection, n), n) == worker);
        }
    }
}

static void every_worker_has_a_share(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= ESP_WORKERS_MAX; n++) {
        unsigned tunnels[ESP_WORKERS_MAX] = { 0 };
        for (uint32_t connection = 1; connection <= 10 * n; connection++)
            tunnels[esp_worker_of(connection, n)]++;
        for (uint32_t i = 0; i < n; i++)
            CLAIM("as many as the others", tunnels[i] == 10);
    }
}

static void any_spi_goes_to_a_worker_that_is_there(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= ESP_WORKERS_MAX; n++)
        for (uint32_t spi = 0; spi < 4096; spi++)
            CLAIM("also of nobody's", esp_worker_of_spi(UINT32_MAX - spi, n) < n);
}

static void of_one_worker_all_bits_are_random(void **state)
{
    (void)state;
    CLAIM("no mask", esp_worker_mask(1) == 0 && esp_worker_mask(2) == 1);
    CLAIM("no more than is needed", esp_worker_mask(4) == 3 && esp_worker_mask(5) == 7);
    CLAIM("no reserved SPI comes of it", esp_worker_mask(ESP_WORKERS_MAX) < ESP_SPI_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tunnel_and_its_spis_have_one_worker),
        cmocka_unit_test(every_worker_has_a_share),
        cmocka_unit_test(any_spi_goes_to_a_worker_that_is_there),
        cmocka_unit_test(of_one_worker_all_bits_are_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
