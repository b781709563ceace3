/* SPDX-License-Identifier: MIT */
#ifndef _PORT_PORT_H
#define _PORT_PORT_H

#include <linux/compiler_types.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct port;
struct port_bus;

/**
 * struct port_driver - a driver for ports of one model
 * @name: shown to user space
 * @model: the model of the ports it wants
 * @node: entry in the list of registered drivers
 * @probe: binds the driver, called with the port locked
 * @remove: undoes @probe, called with the port locked
 * @set_channels: changes the number of channels, called with the port locked
 * @refresh: reads the state of the link again, called with the port locked
 */
struct port_driver {
	const char *name;
	const char *model;
	struct list_head node;
	int (*probe)(struct port *port);
	void (*remove)(struct port *port);
	int (*set_channels)(struct port *port, unsigned int count);
	void (*refresh)(struct port *port);
};

/**
 * struct port - one socket of the machine that something can be plugged into
 * @lock: serialises binding, unbinding and everything that @driver does
 * @driver: the driver that is bound, protected by @lock
 * @bus: the bus it sits on
 * @node: entry in @bus->ports, protected by the topology lock
 * @channels: what the driver has split the port into
 * @nr_channels: length of @channels
 */
struct port {
	const char *name;
	const char *model;
	struct mutex lock;
	struct port_driver *driver;
	struct port_bus *bus;
	struct list_head node;
	struct list_head channels;
	unsigned int nr_channels;
	bool link_up;
	void *drvdata;
};

/**
 * struct port_channel - a part of a port with traffic of its own
 * @node: entry in @port->channels
 */
struct port_channel {
	struct list_head node;
	struct port *port;
	unsigned int index;
};

struct port_bus {
	const char *name;
	struct list_head ports;
	struct list_head watchers;
};

/**
 * struct port_watcher - wants to know when a bus has been scanned
 * @scanned: called with the topology locked
 */
struct port_watcher {
	struct list_head node;
	void (*scanned)(struct port_watcher *watcher, struct port_bus *bus);
};

static inline void port_lock(struct port *port)
{
	mutex_lock(&port->lock);
}

static inline void port_unlock(struct port *port)
{
	mutex_unlock(&port->lock);
}

static inline void port_set_drvdata(struct port *port, void *data)
{
	port->drvdata = data;
}

static inline void *port_get_drvdata(struct port *port)
{
	return port->drvdata;
}

/* core.c */
int port_driver_register(struct port_driver *drv);
void port_driver_unregister(struct port_driver *drv);
int port_attach(struct port *port);
void port_detach(struct port *port);
int port_add(struct port_bus *bus, struct port *port);
void port_del(struct port *port);

/* io.c, one for each platform */
void __iomem *port_map_registers(struct port *port);
void port_unmap_registers(struct port *port, void __iomem *regs);

/* topology.c */
void port_lock_topology(void);
void port_unlock_topology(void);
void port_bus_scan(struct port_bus *bus);
void port_watch(struct port_bus *bus, struct port_watcher *watcher);
void port_unwatch(struct port_watcher *watcher);

/* channels.c */
int port_enable_channels(struct port *port, unsigned int count);
void port_disable_channels(struct port *port);
unsigned int port_bus_count_channels(struct port_bus *bus);

#endif /* _PORT_PORT_H */
