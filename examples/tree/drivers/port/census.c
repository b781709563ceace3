// SPDX-License-Identifier: MIT
/*
 * Keeps count of the channels of each bus for the statistics page.
 */

#include <linux/errno.h>
#include <linux/container_of.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <port/port.h>

struct census {
	struct port_watcher watcher;
	struct mutex lock;
	unsigned int channels;
	unsigned int scans;
};

static inline struct census *to_census(struct port_watcher *watcher)
{
	return container_of(watcher, struct census, watcher);
}

static void census_scanned(struct port_watcher *watcher, struct port_bus *bus)
{
	struct census *census = to_census(watcher);

	mutex_lock(&census->lock);
	census->channels = port_bus_count_channels(bus);
	census->scans++;
	mutex_unlock(&census->lock);
}

unsigned int census_read(struct census *census)
{
	unsigned int channels;

	mutex_lock(&census->lock);
	channels = census->channels;
	mutex_unlock(&census->lock);

	return channels;
}
EXPORT_SYMBOL_GPL(census_read);

struct census *census_start(struct port_bus *bus)
{
	struct census *census;

	census = kzalloc(sizeof(*census), GFP_KERNEL);
	if (!census)
		return NULL;

	mutex_init(&census->lock);
	census->watcher.scanned = census_scanned;
	port_watch(bus, &census->watcher);
	return census;
}
EXPORT_SYMBOL_GPL(census_start);

void census_stop(struct census *census)
{
	port_unwatch(&census->watcher);
	kfree(census);
}
EXPORT_SYMBOL_GPL(census_stop);
