// SPDX-License-Identifier: MIT
/*
 * Which ports are on which bus, and how user space asks to look again.
 */

#include <linux/export.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <port/port.h>

static DEFINE_MUTEX(port_topology_mutex);

void port_lock_topology(void)
{
	mutex_lock(&port_topology_mutex);
}
EXPORT_SYMBOL_GPL(port_lock_topology);

void port_unlock_topology(void)
{
	mutex_unlock(&port_topology_mutex);
}
EXPORT_SYMBOL_GPL(port_unlock_topology);

static void port_refresh(struct port *port)
{
	port_lock(port);
	if (port->driver && port->driver->refresh)
		port->driver->refresh(port);
	port_unlock(port);
}

/**
 * port_bus_scan - read the state of all ports of a bus again
 * @bus: the bus
 *
 * Called with the topology locked.
 */
void port_bus_scan(struct port_bus *bus)
{
	struct port_watcher *watcher;
	struct port *port;

	list_for_each_entry(port, &bus->ports, node)
		port_refresh(port);

	list_for_each_entry(watcher, &bus->watchers, node)
		watcher->scanned(watcher, bus);
}

void port_watch(struct port_bus *bus, struct port_watcher *watcher)
{
	port_lock_topology();
	list_add_tail(&watcher->node, &bus->watchers);
	port_unlock_topology();
}
EXPORT_SYMBOL_GPL(port_watch);

void port_unwatch(struct port_watcher *watcher)
{
	port_lock_topology();
	list_del(&watcher->node);
	port_unlock_topology();
}
EXPORT_SYMBOL_GPL(port_unwatch);
